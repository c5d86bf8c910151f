-- Stand-in: SASL ANONYMOUS behind a JSON web token. The checks are those of the real module, as
-- its documentation and behaviour tell: one algorithm only, then times, issuer, audience, room.
local basexx = require "basexx";
local digest = require "openssl.digest";
local hmac = require "openssl.hmac";
local inspect = require "inspect";
local json = require "cjson.safe";
local pkey = require "openssl.pkey";
local formdecode = require "util.http".formdecode;
local new_id = require "util.id".medium;
local sasl = require "util.sasl";

local app_id = module:get_option_string("app_id");
local key = module:get_option_string("app_secret");
local allow_empty = module:get_option_boolean("allow_empty_token", false);
local algorithm = module:get_option_string("signature_algorithm", "HS256");
local issuers = module:get_option_array("asap_accepted_issuers", { app_id });
local audiences = module:get_option_array("asap_accepted_audiences", { "*" });
local needs_room = module:get_option_boolean("asap_require_room_claim", true);

if not app_id or not key then
    module:log("error", "app_id and app_secret must be set");
    return;
end

local function hashed(kind)
    return function (data, signature) return hmac.new(key, kind):final(data) == signature; end;
end

local function signed(kind)
    return function (data, signature)
        local loaded, public = pcall(pkey.new, key);
        if not loaded then return false; end
        local checked, good = pcall(public.verify, public, signature, digest.new(kind):update(data));
        return checked and good;
    end;
end

local verify = {
    HS256 = hashed("sha256"), HS384 = hashed("sha384"), HS512 = hashed("sha512"),
    RS256 = signed("sha256"), RS384 = signed("sha384"), RS512 = signed("sha512"),
};

local function decoded(part)
    local fine, text = pcall(basexx.from_url64, part);
    return fine and text and json.decode(text) or nil;
end

local function accepted(list, value)
    for _, one in ipairs(list) do
        if one == "*" or one == value then return true; end
    end
    return false;
end

local function claims_of(token)
    local head, body, signature = token:match("^([^.]+)%.([^.]+)%.([^.]+)$");
    if not head then return nil, "Invalid token"; end
    local header, claims = decoded(head), decoded(body);
    if type(header) ~= "table" or type(claims) ~= "table" then return nil, "Invalid token"; end
    if header.typ ~= "JWT" then return nil, "Invalid typ"; end
    if header.alg ~= algorithm or not verify[algorithm] then return nil, "Invalid or incorrect alg"; end
    local fine, raw = pcall(basexx.from_url64, signature);
    if not fine or not raw or not verify[algorithm](head .. "." .. body, raw) then
        return nil, "Invalid signature";
    end
    for _, name in ipairs({ "exp", "nbf" }) do
        if claims[name] and type(claims[name]) ~= "number" then return nil, name .. " must be number"; end
    end
    if claims.exp and os.time() >= claims.exp then return nil, "Not acceptable by exp"; end
    if claims.nbf and os.time() < claims.nbf then return nil, "Not acceptable by nbf"; end
    if not claims.iss or not accepted(issuers, claims.iss) then return nil, "Invalid iss"; end
    if not claims.aud or not accepted(audiences, claims.aud) then return nil, "Invalid aud"; end
    if needs_room and not claims.room then return nil, "'room' claim is missing"; end
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
    return sasl.new(module.host, {
        anonymous = function ()
            if not session.auth_token then
                return allow_empty, "not-allowed", "token required";
            end
            local claims, problem = claims_of(session.auth_token);
            if not claims then
                module:log("warn", "Error verifying token reason:%s", problem);
                session.auth_token = nil;
                return false, "not-allowed", problem;
            end
            module:log("debug", "token accepted: %s", inspect(claims));
            session.jitsi_meet_room = claims.room;
            return true;
        end
    });
end

module:provides("auth", provider);

-- The server's own mechanism asks again and again until it is let in.
sasl.registerMechanism("ANONYMOUS", { "anonymous" }, function (self)
    local username = new_id():lower();
    local fine, condition, text = self.profile.anonymous(self, username, self.realm);
    if not fine then return "failure", condition, text; end
    self.username = username;
    return "success";
end);
