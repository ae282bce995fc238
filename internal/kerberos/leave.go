package kerberos

import "net/http"

// EndSessions says how a session at the front is ended when a visit is over:
// leave gets the cookies of the visit and the URL and virtual proxy it went to.
// Without it sessions end by themselves once they were silent for long enough.
func (c *Client) EndSessions(leave func(cookies http.CookieJar, url, prefix string)) { c.leave = leave }
