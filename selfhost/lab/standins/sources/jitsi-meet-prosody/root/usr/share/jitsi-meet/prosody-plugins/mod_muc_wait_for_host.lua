-- Stand-in: nobody enters a room before somebody who logged in at the main host. The real module
-- sends them to the lobby, which is there by mod_persistent_lobby.
local jid = require "util.jid";
local st = require "util.stanza";

-- The server's own parts.
local function is_service(address) return jid.host(address):match("^auth%.") ~= nil; end

local main = module:get_option_string("muc_mapper_domain_base");
local function is_host(event)
    return event.origin.auth_token or jid.host(event.stanza.attr.from) == main;
end

module:hook("muc-occupant-pre-join", function (event)
    if is_service(event.stanza.attr.from) or event.room.has_host then return nil; end
    if is_host(event) then
        event.room.has_host = true;
        return nil;
    end
    event.origin.send(st.error_reply(event.stanza, "auth", "registration-required", "waiting for host"));
    return true;
end);

module:hook("muc-occupant-joined", function (event)
    if event.room.has_host and is_host(event) then
        event.room:set_affiliation(true, event.occupant.bare_jid, "owner");
    end
end, 2);
