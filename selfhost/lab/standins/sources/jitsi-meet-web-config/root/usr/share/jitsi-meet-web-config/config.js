/* eslint-disable comma-dangle, no-unused-vars, no-var, prefer-template, vars-on-top */

/*
 * Settings of the web client (stand-in).
 */

var subdir = '<!--# echo var="subdir" default="" -->';
var subdomain = '<!--# echo var="subdomain" default="" -->';

// Without a web server that fills these in, the directives are still there.
if (subdir.indexOf('<!--') === 0) {
    subdir = '';
    subdomain = '';
}
if (subdomain) {
    subdomain = subdomain.replace(/\.$/, '').replace(/\./g, '_').toLowerCase() + '.';
}

// Telephony of a third party.
var enableJaaS = false;

var config = {
    // Where things are
    //

    hosts: {
        // XMPP domain.
        domain: 'jitsi-meet.example.com',

        // Domain for people who are not logged in.
        // anonymousdomain: 'guest.example.com',

        // Domain for people who are logged in. Defaults to hosts.domain.
        // authdomain: 'jitsi-meet.example.com',

        // Address of the focus component.
        // focus: 'focus.jitsi-meet.example.com',

        // Component for conferences.
        muc: 'conference.' + subdomain + 'jitsi-meet.example.com',
    },

    // BOSH address.
    bosh: 'https://jitsi-meet.example.com/' + subdir + 'http-bind',

    // Websocket address.
    websocket: 'wss://jitsi-meet.example.com/' + subdir + 'xmpp-websocket',

    // focusUserJid: 'focus@auth.jitsi-meet.example.com',

    bridgeChannel: {
        // preferSctp: false,
        // ignoreDomain: 'example.com',
    },

    // Experiments
    //

    testing: {
        // assumeBandwidth: true,
        // noAutoPlayVideo: false,
        // p2pTestMode: false,
    },

    // disableAudioLevels: false,
    enableNoAudioDetection: true,
    enableNoisyMicDetection: true,

    // startAudioOnly: false,
    // startAudioMuted: 10,
    // startWithAudioMuted: false,

    // resolution: 720,
    // startVideoMuted: 10,
    // startWithVideoMuted: false,

    // How many videos of others are asked for; -1 is all of them.
    channelLastN: -1,

    // Recording
    // localRecording: {
    //     disable: true,
    //     notifyAllParticipants: false,
    //     disableSelfRecording: true,
    // },
    // recordingService: {
    //     enabled: false,
    //     sharingEnabled: false,
    //     hideStorageWarning: false,
    // },
    // liveStreaming: {
    //     enabled: false,
    // },
    // hiddenDomain: 'recorder.jitsi-meet.example.com',

    // Transcription
    // transcription: {
    //     enabled: false,
    //     disableClosedCaptions: true,
    //     autoTranscribeOnRecord: true,
    // },

    // requireDisplayName: true,
    // welcomePage: {
    //     disabled: false,
    // },
    // prejoinConfig: {
    //     enabled: true,
    // },
    // e2eping: {
    //     enabled: false,
    // },
    // gravatar: {
    //     baseUrl: 'https://www.gravatar.com/avatar/',
    //     disabled: false,
    // },
    // feedbackPercentage: 100,

    // Peer-to-peer conferences of two
    //
    p2p: {
        enabled: true,

        // Servers that tell a browser its own public address.
        stunServers: [

            // { urls: 'stun:jitsi-meet.example.com:3478' },
            { urls: 'stun:meet-jit-si-turnrelay.jitsi.net:443' },
        ],
    },

    analytics: {
        // disabled: false,
        // googleAnalyticsTrackingId: 'your-tracking-id',
        // matomoEndpoint: 'https://your-matomo-endpoint/',
        // matomoSiteID: '42',
        // amplitudeAPPKey: '<APP_KEY>',
        // rtcstatsEnabled: false,
        // rtcstatsEndpoint: 'wss://rtcstats-server-pilot.example.com/',
    },

    // disableThirdPartyRequests: false,
    // deploymentInfo: {
    //     shard: "shard1",
    //     region: "europe",
    //     userRegion: "asia",
    // },
    // legalUrls: {
    //     helpCentre: 'https://web-cdn.jitsi.net/faq/meet-faq.html',
    //     privacy: 'https://jitsi.org/meet/privacy',
    //     terms: 'https://jitsi.org/meet/terms',
    // },
    // deeplinking: {
    //     disabled: false,
    // },

    mouseMoveCallbackInterval: 1000,

    /*
     * Other settings that the client knows: apiLogLevels, audioQuality, autoCaptionOnRecord,
     * brandingDataUrl, buttonsWithNotifyClick, dialInNumbersUrl, disabledSounds, dropbox,
     * dynamicBrandingUrl, etherpad_base, giphy, hideEmailInSettings, lobby, security,
     * speakerStats, toolbarButtons, whiteboard.
     */
};

if (enableJaaS) {
    config.dialInNumbersUrl = 'https://conference-mapper.jitsi.net/v1/access/dids';
    config.dialInConfCodeUrl = 'https://conference-mapper.jitsi.net/v1/access';
    config.roomPasswordNumberOfDigits = 10;
}
