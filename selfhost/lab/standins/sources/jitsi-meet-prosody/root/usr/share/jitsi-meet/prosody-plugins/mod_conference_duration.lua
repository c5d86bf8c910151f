-- Stand-in: loads and does nothing.
module:log("debug", "stand-in of conference_duration loaded");
