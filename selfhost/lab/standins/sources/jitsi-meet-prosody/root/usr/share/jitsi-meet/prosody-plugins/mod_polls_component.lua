-- Stand-in: needs what the real module needs, and does nothing.
local json = require "cjson.safe";

module:log("debug", "stand-in of polls_component loaded with %s", json._NAME or "cjson");
