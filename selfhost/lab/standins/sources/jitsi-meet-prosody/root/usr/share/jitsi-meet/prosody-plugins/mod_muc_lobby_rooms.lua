-- Stand-in: needs what the real module needs, and tells clients that there are lobbies.
local json = require "cjson.safe";

module:log("debug", "stand-in of muc_lobby_rooms loaded with %s", json._NAME or "cjson");
module:add_identity("component", "lobbyrooms", module:get_option_string("lobby_muc"));
