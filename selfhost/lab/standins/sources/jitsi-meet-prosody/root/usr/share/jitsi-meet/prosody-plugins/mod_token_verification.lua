-- Stand-in: a token is good for its own room only. Without a token (a guest) or a room in it,
-- nothing is held against anybody here.
require "basexx";
require "inspect";
require "cjson.safe";
require "openssl.hmac";
local jid = require "util.jid";
local st = require "util.stanza";

-- The server's own parts.
local function is_service(address) return jid.host(address):match("^auth%.") ~= nil; end

local function check(event)
    local session, room = event.origin, event.room;
    if is_service(event.stanza.attr.from) then return nil; end
    local allowed = session and session.jitsi_meet_room;
    if not allowed or allowed == "*" then return nil; end
    if jid.node(room.jid) ~= tostring(allowed):lower() then
        module:log("error", "token is for another room than %s", room.jid);
        session.send(st.error_reply(event.stanza, "cancel", "not-allowed", "Room and token mismatched"));
        return true;
    end
    return nil;
end

module:hook("muc-room-pre-create", check, 99);
module:hook("muc-occupant-pre-join", check, 99);
