-- Stand-in: loads and does nothing.
module:log("debug", "stand-in of end_conference loaded");
