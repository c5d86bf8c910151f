-- Stand-in: tells which release of the plugins the running server has in memory.
local RELEASE = "@WEB@";

module:log("info", "stand-in plugins of release %s", RELEASE);
module:add_identity("server", "im", "stand-in " .. RELEASE);
