// Runs in every page and frame before anything of theirs: tells what the network's own log does not
// say, namely WebRTC's servers and candidates, what was asked of the user, and what is kept.
// OWN and TELL are put in by hook.py.
(() => {
    const own = OWN;
    const tell = window[TELL];
    if (!tell) {
        return;
    }
    delete window[TELL];
    let told = 0;
    const say = (what, data) => {
        if (told++ < 2000) {
            const stack = String(new Error().stack || '').slice(0, 3000);
            try {
                tell(JSON.stringify({ what, stack, page: location.href.slice(0, 500), ...data }));
            } catch {
                // what cannot be told as text is not told
            }
        }
    };
    say('here', {});
    const text = value => String(value).slice(0, 500);

    document.addEventListener('securitypolicyviolation', event => {
        if (event.disposition === 'enforce') {
            say('stopped', {
                url: text(event.blockedURI), by: text(event.effectiveDirective),
                source: text(event.sourceFile), line: event.lineNumber
            });
        }
    });

    // -- WebRTC: which servers are used; foreign ones are told and left out --------------------
    const mine = url => {
        const host = (/^(?:stuns?|turns?):(?:\/\/)?(\[[^\]]+\]|[^:?/]+)/i.exec(url) || [])[1] || '';
        return own.some(name => host.toLowerCase() === name || host.toLowerCase().endsWith('.' + name));
    };
    const servers = configuration => {
        const kept = [];
        say('peer', {});
        if (!configuration || typeof configuration !== 'object') {
            return configuration;
        }
        for (const server of Array.from(configuration.iceServers || [])) {
            const urls = [].concat(server && (server.urls || server.url) || []).map(text);
            urls.forEach(url => say('ice', { url }));
            const left = urls.filter(mine);
            if (left.length) {
                kept.push({ ...server, urls: left });
            }
        }
        return { ...configuration, iceServers: kept };
    };
    const candidates = (sdp, how) => {
        for (const found of String(sdp || '').matchAll(/candidate:\S+ \d+ (\S+) \d+ (\S+) (\d+) typ (\w+)/g)) {
            say('candidate', { how, protocol: found[1], address: found[2], port: Number(found[3]), kind: found[4] });
        }
    };
    const Native = window.RTCPeerConnection;
    if (Native) {
        const watch = connection => {
            const pair = async () => {
                const stats = await connection.getStats();
                for (const item of stats.values()) {
                    if (item.type === 'candidate-pair' && item.state === 'succeeded') {
                        const local = stats.get(item.localCandidateId) || {};
                        const remote = stats.get(item.remoteCandidateId) || {};
                        say('pair', {
                            local: `${local.candidateType} ${local.address}`,
                            remote: `${remote.candidateType} ${remote.address}`,
                            address: text(remote.address), nominated: item.nominated === true
                        });
                    }
                }
            };
            connection.addEventListener('iceconnectionstatechange', () => {
                if ([ 'connected', 'completed' ].includes(connection.iceConnectionState)) {
                    pair().catch(() => undefined);
                }
            });
            return connection;
        };
        const { setConfiguration, setRemoteDescription, addIceCandidate } = Native.prototype;
        Native.prototype.setConfiguration = function(configuration) {
            return setConfiguration.call(this, servers(configuration));
        };
        Native.prototype.setRemoteDescription = function(description, ...rest) {
            candidates(description && description.sdp, 'remote');
            return setRemoteDescription.call(this, description, ...rest);
        };
        Native.prototype.addIceCandidate = function(candidate, ...rest) {
            candidates(candidate && candidate.candidate, 'remote');
            return addIceCandidate.call(this, candidate, ...rest);
        };
        const Watched = new Proxy(Native, {
            construct: (target, [ configuration, ...rest ], made) =>
                watch(Reflect.construct(target, [ servers(configuration), ...rest ], made))
        });
        Native.prototype.constructor = Watched;
        window.RTCPeerConnection = Watched;
        if (window.webkitRTCPeerConnection) {
            window.webkitRTCPeerConnection = Watched;
        }
    }

    // -- recorders, and what is asked of the user -----------------------------------------------
    const wrap = (holder, name, report) => {
        const native = holder && holder[name];
        if (typeof native === 'function') {
            holder[name] = function(...given) {
                report(given, this);
                return native.apply(this, given);
            };
        }
    };
    wrap(window.MediaRecorder && MediaRecorder.prototype, 'start', () => say('recorder', { kind: 'MediaRecorder' }));
    wrap(window, 'showSaveFilePicker', () => say('recorder', { kind: 'a file to save to' }));
    const ask = (holder, name, permission) => wrap(holder, name, () => say('asks', { permission }));
    ask(window.Notification, 'requestPermission', 'notifications');
    ask(window.Geolocation && Geolocation.prototype, 'getCurrentPosition', 'geolocation');
    ask(window.Geolocation && Geolocation.prototype, 'watchPosition', 'geolocation');
    ask(window.Navigator && Navigator.prototype, 'requestMIDIAccess', 'midi');
    ask(window.IdleDetector, 'requestPermission', 'idle-detection');
    ask(window.Clipboard && Clipboard.prototype, 'readText', 'clipboard-read');
    ask(window.Clipboard && Clipboard.prototype, 'read', 'clipboard-read');
    ask(window.USB && USB.prototype, 'requestDevice', 'usb');
    ask(window.Bluetooth && Bluetooth.prototype, 'requestDevice', 'bluetooth');
    ask(window.Serial && Serial.prototype, 'requestPort', 'serial');
    ask(window.HID && HID.prototype, 'requestDevice', 'hid');
    ask(window.PushManager && PushManager.prototype, 'subscribe', 'push');
    const media = window.MediaDevices && MediaDevices.prototype;
    wrap(media, 'getUserMedia', ([ wanted ]) => {
        for (const [ kind, permission ] of [ [ 'audio', 'microphone' ], [ 'video', 'camera' ] ]) {
            if (wanted && wanted[kind]) {
                say('asks', { permission });
            }
        }
    });
    ask(media, 'getDisplayMedia', 'display-capture');

    // -- what is kept ---------------------------------------------------------------------------
    wrap(window.IDBFactory && IDBFactory.prototype, 'open', ([ name ]) => say('keeps', { kind: 'database', key: text(name) }));
    wrap(window.CacheStorage && CacheStorage.prototype, 'open', ([ name ]) => say('keeps', { kind: 'cache', key: text(name) }));
    wrap(window.ServiceWorkerContainer && ServiceWorkerContainer.prototype, 'register',
        ([ url ]) => say('keeps', { kind: 'service-worker', key: text(url) }));

    // -- look-ups and connections that a page only announces -----------------------------------
    const hint = link => {
        if (/\b(?:dns-prefetch|preconnect)\b/i.test(link.rel || '') && link.href) {
            say('hint', { url: text(link.href), kind: text(link.rel) });
        }
    };
    new MutationObserver(changes => {
        for (const change of changes) {
            for (const node of change.addedNodes) {
                if (node.nodeName === 'LINK') {
                    hint(node);
                }
            }
        }
    }).observe(document, { childList: true, subtree: true });
})();
