-- Stand-in: loads and does nothing.
module:log("debug", "stand-in of muc_hide_all loaded");
