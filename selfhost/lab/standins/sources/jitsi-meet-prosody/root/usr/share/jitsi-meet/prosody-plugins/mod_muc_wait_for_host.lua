-- Stand-in: loads and does nothing.
module:log("debug", "stand-in of muc_wait_for_host loaded");
