package cli

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/qlik"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
)

// proxyLogs finds the logs of the Qlik proxies: in files, and among what was
// collected on the nodes.
type proxyLogs struct {
	hosts *winhost.Hosts
	nodes []string
}

func newProxyLogs(s site.Site, hosts *winhost.Hosts) proxyLogs {
	l := proxyLogs{hosts: hosts}
	if u, err := url.Parse(s.Qlik.Repository); err == nil && u.Hostname() != "" {
		l.nodes = append(l.nodes, u.Hostname())
	}
	if h := s.InternalHost(); h != "" {
		l.nodes = append(l.nodes, h)
	}
	for host := range s.Qlik.ServerNames {
		l.nodes = append(l.nodes, host)
	}
	return l
}

// ProxyLogs implements websocket.Logs.
func (l proxyLogs) ProxyLogs(ctx context.Context, path string, since time.Time) (fact.ProxyLogs, error) {
	out, err := l.files(path, since)
	if err != nil {
		return fact.ProxyLogs{}, err
	}
	if l.hosts == nil {
		return out, nil
	}
	for _, node := range l.nodes {
		// Evidence that is not there, or cannot be used, is for the checks of
		// hosts to tell.
		e, err := l.hosts.Host(ctx, node)
		if err != nil || e.Qlik == nil {
			continue
		}
		more := qlik.ScanCollected(node, e.Qlik.Lines, since)
		out.Sources = append(out.Sources, more.Sources...)
		out.Findings = append(out.Findings, more.Findings...)
	}
	return out, nil
}

// files reads the logs at path, or where this is Qlik's own host and none is
// given, its own folder.
func (proxyLogs) files(path string, since time.Time) (fact.ProxyLogs, error) {
	if path == "" {
		path = qlik.ProxyLogDir()
		if _, err := os.Stat(path); err != nil {
			return fact.ProxyLogs{}, nil //nolint:nilerr // this is another machine
		}
	}
	out, err := qlik.ReadProxyLogs(path, since)
	if err != nil {
		return fact.ProxyLogs{}, fmt.Errorf("reading %s: %w", path, err)
	}
	return out, nil
}
