-- Stand-in: SASL ANONYMOUS behind a JSON web token signed with HS256.
local basexx = require "basexx";
local hmac = require "openssl.hmac";
local inspect = require "inspect";
local json = require "cjson.safe";
local formdecode = require "util.http".formdecode;
local new_sasl = require "util.sasl".new;

local app_id = module:get_option_string("app_id");
local app_secret = module:get_option_string("app_secret");
local allow_empty = module:get_option_boolean("allow_empty_token", false);

local function claims_of(token)
    local head, body, signature = token:match("^([%w_-]+)%.([%w_-]+)%.([%w_-]+)$");
    if not head then return nil, "malformed token"; end
    local header = json.decode(basexx.from_url64(head) or "");
    if not header or header.alg ~= "HS256" then return nil, "unsupported algorithm"; end
    local expected = hmac.new(app_secret, "sha256"):final(head .. "." .. body);
    if basexx.to_url64(expected) ~= signature then return nil, "invalid signature"; end
    local claims = json.decode(basexx.from_url64(body) or "");
    if not claims then return nil, "malformed claims"; end
    if claims.exp and claims.exp < os.time() then return nil, "expired"; end
    if claims.iss ~= app_id then return nil, "wrong issuer"; end
    if claims.aud ~= app_id and claims.aud ~= "jitsi" then return nil, "wrong audience"; end
    return claims;
end

local function remember(event)
    local query = event.request.url and event.request.url.query;
    local parameters = query and formdecode(query);
    if type(parameters) == "table" then
        event.session.auth_token = parameters.token;
    end
end
module:hook_global("bosh-session", remember);
module:hook_global("websocket-session", remember);

local provider = {};

function provider.test_password() return nil, "no passwords here"; end
function provider.get_password() return nil; end
function provider.set_password() return nil, "no passwords here"; end
function provider.user_exists() return nil; end
function provider.create_user() return nil; end

function provider.get_sasl_handler(session)
    return new_sasl(module.host, {
        anonymous = function ()
            if not session.auth_token then
                return allow_empty;
            end
            local claims, problem = claims_of(session.auth_token);
            if not claims then
                module:log("warn", "token refused: %s", problem);
                return false;
            end
            module:log("debug", "token accepted: %s", inspect(claims));
            session.jitsi_meet_room = claims.room;
            return true;
        end
    });
end

module:provides("auth", provider);
