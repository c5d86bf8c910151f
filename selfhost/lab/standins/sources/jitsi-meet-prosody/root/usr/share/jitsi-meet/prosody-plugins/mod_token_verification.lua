-- Stand-in: a token is good for its own room only.
require "basexx";
require "inspect";
require "cjson.safe";
require "openssl.hmac";
local jid = require "util.jid";

local function check(event)
    local session, room = event.origin, event.room;
    local allowed = session and session.jitsi_meet_room;
    if not allowed or allowed == "*" then return nil; end
    if jid.node(room.jid) ~= allowed:lower() then
        module:log("warn", "token is for %s, not for %s", allowed, room.jid);
        return true;
    end
    return nil;
end

module:hook("muc-room-pre-create", check, 99);
module:hook("muc-occupant-pre-join", check, 99);
