-- Stand-in: loads and does nothing.
module:log("debug", "stand-in of persistent_lobby loaded");
