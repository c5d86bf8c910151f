-- Stand-in: relays IQ stanzas between clients and one account on another host.
local jid = require "util.jid";
local st = require "util.stanza";
local id = require "util.id".short;

local target = module:get_option_string("target_address");
local waiting = {}; -- our id -> { from, id } of the asker

assert(target, "target_address is missing");

local function session_of_target()
    local user = prosody.bare_sessions[jid.prep(target)];
    if not user then return nil; end
    for _, session in pairs(user.sessions) do
        if session.presence then return session; end
    end
    return nil;
end

local function forward(event)
    local stanza = event.stanza;
    local kind = stanza.attr.type;
    if kind == "result" or kind == "error" then
        local asker = waiting[stanza.attr.id];
        if not asker then return nil; end
        waiting[stanza.attr.id] = nil;
        local answer = st.clone(stanza);
        answer.attr.from, answer.attr.to, answer.attr.id = module.host, asker.from, asker.id;
        module:send(answer);
        return true;
    end
    local session = session_of_target();
    if not session then
        event.origin.send(st.error_reply(stanza, "wait", "recipient-unavailable", "the focus is not there"));
        return true;
    end
    local question = st.clone(stanza);
    local ours = id();
    waiting[ours] = { from = stanza.attr.from, id = stanza.attr.id };
    -- the asker in full, as the focus reads it
    question.attr.from = module.host .. "/" .. stanza.attr.from;
    question.attr.to, question.attr.id = session.full_jid, ours;
    module:send(question);
    return true;
end

module:hook("iq/host", forward, -1);
module:hook("iq/full", forward, -1);
