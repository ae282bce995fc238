// Package house holds the tests that keep the parts of the program apart: who
// may import whom, which library lives behind which package, what things are
// called and how long a file gets. Each message says what to do instead.
package house
