// Package ad proves the directory, Kerberos and delegation on a real domain
// controller (Samba) and a real web server (Apache with mod_auth_gssapi). Its
// tests run in a network namespace of their own, where the well-known ports are
// free and the domain's own DNS is the only one.
package ad
