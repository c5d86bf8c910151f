-- Stand-in: loads and does nothing.
module:log("debug", "stand-in of room_metadata_component loaded");
