package site

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// reserved are the words after which a path is no longer a virtual proxy's
// prefix (Qlik help: Proxy settings).
func reserved() []string {
	return []string{"hub", "qmc", "app", "qps", "qrs", "content", "resources", "api", "sense", "client", "public", "extensions"}
}

// PublishedPrefix is the prefix of the virtual proxy that the internal URL leads
// to: what stands in its path before a word of Qlik's own.
func (s Site) PublishedPrefix() string {
	u, err := url.Parse(s.Publish.InternalURL)
	if err != nil {
		return ""
	}
	var prefix []string
	for part := range strings.SplitSeq(strings.Trim(strings.ToLower(u.Path), "/"), "/") {
		if slices.Contains(reserved(), part) {
			break
		}
		prefix = append(prefix, part)
	}
	return strings.Join(prefix, "/")
}

// settle takes the prefix from the published URL where the file gives none.
func (s *Site) settle() {
	if s.Qlik.Prefix == "" {
		s.Qlik.Prefix = s.PublishedPrefix()
	}
}

// SetInternalURL takes another internal URL, and with it the prefix, unless
// somebody gave one that does not stem from the URL.
func (s *Site) SetInternalURL(v string) {
	follows := s.Qlik.Prefix == s.PublishedPrefix()
	s.Publish.InternalURL = v
	if follows {
		s.Qlik.Prefix = s.PublishedPrefix()
	}
}

// CheckVia accepts a way to the repository.
func CheckVia(v string) error {
	if v == ViaDirect || v == ViaProxy {
		return nil
	}
	return fmt.Errorf("%q is neither %s nor %s", v, ViaDirect, ViaProxy)
}
