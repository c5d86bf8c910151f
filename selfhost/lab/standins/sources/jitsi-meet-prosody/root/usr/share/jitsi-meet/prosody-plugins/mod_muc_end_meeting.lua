-- Stand-in: loads and does nothing.
module:log("debug", "stand-in of muc_end_meeting loaded");
