// Package integration holds tests that start the real program and try its
// practice lab with clients written by other people: MIT Kerberos, OpenLDAP,
// curl, and Qlik's own libraries for Node.js.
//
// A client that is not installed skips its tests with the reason, unless
// SENSEGATE_REQUIRE_CLIENTS=1 makes its absence a failure. The libraries for
// Node.js are installed by `npm ci` in the folder .ci/clients.
// SENSEGATE_BINARY names a program to test instead of one built from here.
package integration
