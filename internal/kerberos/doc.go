// Package kerberos speaks Kerberos to a KDC and, with the tickets it obtains,
// to the Qlik front and to the directory. It is the one package that stands on
// gokrb5, and uses only its message types, ciphers and keytab reader: sending,
// pre-authentication, reply checks, S4U and the HTTP exchange are its own,
// because gokrb5's hide error codes, ignore contexts, trust length fields and
// never verify the server (see the tests for each).
//
// Every sign-in asks anew, so that an answer is the KDC's of this minute. A
// password or key that the KDC refused is not offered again: the next attempt
// would only bring the account closer to its lockout.
package kerberos
