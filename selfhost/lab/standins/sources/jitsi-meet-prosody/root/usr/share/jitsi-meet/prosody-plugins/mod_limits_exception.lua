-- Stand-in: loads and does nothing.
module:log("debug", "stand-in of limits_exception loaded");
