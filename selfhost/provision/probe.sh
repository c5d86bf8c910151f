# Runs on the server over SSH, before anything is installed there. Reads, changes nothing.
# Prints sections: a line '== name', then that command's own output.
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
sudo=
[ "$(id -u)" = 0 ] || sudo='sudo -n'
section() { printf '\n== %s\n' "$1"; }

section privilege
if [ -z "$sudo" ]; then echo root; elif command -v sudo >/dev/null; then
  if $sudo true 2>/dev/null; then echo sudo; else echo denied; fi
else echo no-sudo; fi
section os
head -c 4096 /etc/os-release
section architecture
dpkg --print-architecture 2>/dev/null || uname -m
section memory
grep -E '^(MemTotal|SwapTotal):' /proc/meminfo
section buffers
cat /proc/sys/net/core/rmem_max 2>/dev/null
! $sudo true 2>/dev/null || $sudo test -w /proc/sys/net/core/rmem_max || echo fixed
section disk
df -Pk / /var 2>/dev/null
section clock
date +%s
section init
cat /proc/1/comm
section systemd
systemctl is-system-running 2>/dev/null
section python
python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
section addresses
ip -o addr show scope global 2>/dev/null
section listeners
if command -v ss >/dev/null; then
  sockets=$($sudo ss -Htulnpe 2>/dev/null) && printf '%s\n' "$sockets" && echo end
fi
section units
for pid in $(printf '%s\n' "$sockets" | grep -o 'pid=[0-9]*' | sort -u | head -n 200); do
  printf '%s %s\n' "$pid" "$(tr '\n' ' ' <"/proc/${pid#pid=}/cgroup" 2>/dev/null)"
done
section users
getent passwd prosody jvb jicofo turnserver www-data
section packages
dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' apache2 caddy lighttpd haproxy traefik \
  ejabberd openfire jabberd2 metronome jibri jigasi nginx prosody jicofo 2>/dev/null
section dpkg
dpkg --audit 2>/dev/null | head -n 20
section offered
apt-cache policy prosody lua5.4 openjdk-17-jre-headless openjdk-21-jre-headless 2>/dev/null |
  grep -E '^[a-z0-9.+-]+:$|^  Candidate: '
section jitsi
dpkg-query -W -f '${db:Status-Want} ${db:Status-Status} ${Package} ${Version}\n' 'jitsi-meet*' \
  jicofo jitsi-videobridge2 2>/dev/null
section upgrade
$sudo head -c 65536 /var/lib/selfhost/upgrade/state.json 2>/dev/null
section release
head -c 40 /var/lib/selfhost/release 2>/dev/null
section end
