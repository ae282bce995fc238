package qlik

import (
	"strconv"
	"strings"
	"time"
)

// Release is what is installed.
type Release struct {
	Label      string // "November 2025", "February 2024 Patch 1"
	Version    string // of the product
	Repository string // build of the repository service, a numbering of its own
	Engine     string // build of the engine
}

// CurrentRelease is the one a lab has unless told otherwise; it demands a CSRF
// token on WebSockets.
func CurrentRelease() Release {
	return Release{Label: "November 2025", Version: "14.254.6", Repository: "31.56.2.0", Engine: "12.2759.8"}
}

// Releases are some that behave differently from each other, oldest first.
func Releases() []Release {
	return []Release{
		{Label: "November 2017", Version: "11.24.2", Repository: "16.1.0.0", Engine: "12.67.2"},
		{Label: "February 2018", Version: "12.5.2", Repository: "17.1.0.0", Engine: "12.100.0"},
		{Label: "April 2018", Version: "12.16.0", Repository: "18.1.0.0", Engine: "12.145.0"},
		{Label: "June 2018", Version: "12.26.1", Repository: "19.1.0.0", Engine: "12.170.2"},
		{Label: "February 2019", Version: "13.9.1", Repository: "22.1.0.0", Engine: "12.287.2"},
		{Label: "November 2020", Version: "13.102.5", Repository: "27.13.1.0", Engine: "12.878.3"},
		{Label: "May 2021", Version: "14.20.5", Repository: "28.13.1.0", Engine: "12.976.0"},
		{Label: "February 2024", Version: "14.173.3", Repository: "31.38.1.0", Engine: "12.2015.4"},
		{Label: "May 2024 Patch 8", Version: "14.187.13", Repository: "31.42.1.0", Engine: "12.2100.0"},
		CurrentRelease(),
	}
}

// ReleaseByLabel finds one of Releases.
func ReleaseByLabel(label string) (Release, bool) {
	for _, r := range Releases() {
		if strings.EqualFold(r.Label, label) {
			return r, true
		}
	}
	return Release{}, false
}

// since says whether the release is not older than a month; a label without a
// date counts as the newest.
func (r Release) since(year int, month time.Month) bool {
	words := strings.Fields(r.Label)
	if len(words) < 2 {
		return true
	}
	m, err := time.Parse("January", words[0])
	if err != nil {
		return true
	}
	y, err := strconv.Atoi(words[1])
	if err != nil {
		return true
	}
	return y > year || y == year && m.Month() >= month
}

// secondPort says that signing in happens on ports 4244 and 4248.
func (r Release) secondPort() bool { return !r.since(2018, time.April) }

// plainSuffix says that cookies over plain HTTP are named apart.
func (r Release) plainSuffix() bool { return r.since(2019, time.February) }

// strictHost says that unknown Host headers are refused.
func (r Release) strictHost() bool { return r.since(2019, time.September) }

// csrf says that there is a token for WebSockets.
func (r Release) csrf() bool { return r.since(2024, time.November) }

// lacks says that the virtual proxies of the release have no such member yet.
func (r Release) lacks(member string) bool {
	switch {
	case strings.HasPrefix(member, "hasSecureAttribute"), strings.HasPrefix(member, "sameSiteAttribute"):
		return !r.since(2019, time.November)
	case strings.HasPrefix(member, "oidc"), member == "loadBalancingAlgorithm", strings.HasPrefix(member, "enableEngine"):
		return !r.since(2023, time.February)
	}
	return false
}
