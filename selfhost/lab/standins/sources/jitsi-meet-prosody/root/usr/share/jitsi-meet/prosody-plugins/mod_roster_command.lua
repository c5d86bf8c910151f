-- Stand-in: prosodyctl mod_roster_command subscribe JID CONTACT
if module.host ~= "*" then
    module:log("error", "this module is a command of prosodyctl only");
    return;
end

local jid = require "util.jid";
local rostermanager = require "core.rostermanager";
local storagemanager = require "core.storagemanager";

local function add(account, contact, subscription)
    local user, host = jid.split(account);
    if not user or not prosody.hosts[host] then
        return;
    end
    storagemanager.initialize_host(host);
    local roster = rostermanager.load_roster(user, host);
    if not roster then
        return;
    end
    roster[contact] = { subscription = subscription, groups = {} };
    rostermanager.save_roster(user, host, roster, contact);
end

function module.command(arg)
    local command, account, contact = arg[1], arg[2], arg[3];
    if command ~= "subscribe" or not account or not contact then
        print("usage: prosodyctl mod_roster_command subscribe JID CONTACT");
        return 1;
    end
    add(account, contact, "to");
    add(contact, account, "from");
    return 0;
end
