# A directory for people on the server itself: carol may log in, and a reader searches.
set -e
export DEBIAN_FRONTEND=noninteractive
debconf-set-selections <<'END'
slapd slapd/domain string example.test
slapd shared/organization string Example
slapd slapd/password1 password directory-admin
slapd slapd/password2 password directory-admin
END
apt-get -qq update
apt-get -qq install -y --no-install-recommends slapd ldap-utils >/dev/null
grep -q ldap.example.test /etc/hosts || echo 127.0.0.1 ldap.example.test >>/etc/hosts
folder=/etc/ldap/tls
mkdir -p $folder
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=Lab authority' \
    -keyout $folder/ca.key -out $folder/ca.pem 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj /CN=ldap.example.test \
    -keyout $folder/server.key -out $folder/server.csr 2>/dev/null
printf 'subjectAltName=DNS:ldap.example.test\n' >$folder/extensions
openssl x509 -req -in $folder/server.csr -CA $folder/ca.pem -CAkey $folder/ca.key -days 30 \
    -extfile $folder/extensions -out $folder/server.pem 2>/dev/null
chown -R openldap $folder
ldapmodify -Q -Y EXTERNAL -H ldapi:/// >/dev/null <<END
dn: cn=config
changetype: modify
add: olcTLSCACertificateFile
olcTLSCACertificateFile: $folder/ca.pem
-
add: olcTLSCertificateKeyFile
olcTLSCertificateKeyFile: $folder/server.key
-
add: olcTLSCertificateFile
olcTLSCertificateFile: $folder/server.pem
END
sed -i 's|^SLAPD_SERVICES=.*|SLAPD_SERVICES="ldap:/// ldaps:/// ldapi:///"|' /etc/default/slapd
systemctl restart slapd
ldapadd -x -H ldapi:/// -D cn=admin,dc=example,dc=test -w directory-admin >/dev/null <<END
dn: ou=people,dc=example,dc=test
objectClass: organizationalUnit
ou: people

dn: uid=carol,ou=people,dc=example,dc=test
objectClass: inetOrgPerson
uid: carol
cn: Carol
sn: Carol
userPassword: $(slappasswd -s 'carols password')

dn: cn=reader,dc=example,dc=test
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: $(slappasswd -s 'a reader"s \ password')
END
