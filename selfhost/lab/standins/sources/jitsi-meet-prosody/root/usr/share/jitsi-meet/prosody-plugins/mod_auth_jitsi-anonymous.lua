-- Stand-in: lets everybody in under a random name, over SASL ANONYMOUS.
local new_sasl = require "util.sasl".new;

local provider = {};

function provider.test_password()
    return nil, "no passwords here";
end

function provider.get_password()
    return nil;
end

function provider.set_password()
    return nil, "no passwords here";
end

function provider.user_exists()
    return nil;
end

function provider.create_user()
    return nil;
end

function provider.get_sasl_handler()
    return new_sasl(module.host, {
        anonymous = function ()
            return true;
        end
    });
end

module:provides("auth", provider);
