package graph

import (
	"context"
	"net/url"
	"strings"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// The accounts that synchronisation makes for itself in the tenant.
const (
	connectAccount   = "Sync_"                  // Sync_<server>_<digits>@…
	cloudSyncAccount = "ADToAADSyncServiceAcco" // the name is cut at 20 or more characters
)

// SyncClients are the installations that feed the tenant, told by the accounts
// they sign in with.
func (c *Client) SyncClients(ctx context.Context) ([]fact.SyncClient, error) {
	type account struct {
		UPN     string `json:"userPrincipalName"`
		Enabled *bool  `json:"accountEnabled"`
	}
	found, err := list[account](ctx, c.read, "reading the accounts of the synchronisation", "/v1.0/users", url.Values{
		"$filter": {"startswith(userPrincipalName," + quote(connectAccount) + ") or startswith(userPrincipalName," + quote(cloudSyncAccount) + ")"},
		"$select": {"userPrincipalName,accountEnabled"},
	})
	if err != nil {
		return nil, err
	}
	var out []fact.SyncClient
	for _, f := range found {
		client := fact.SyncClient{Kind: "Cloud Sync", Enabled: f.Enabled == nil || *f.Enabled}
		if name, ok := strings.CutPrefix(f.UPN, connectAccount); ok {
			name, _, _ = strings.Cut(name, "@")
			server, _, cut := cutLast(name, "_")
			if !cut {
				continue
			}
			client.Kind, client.Server = "Entra Connect", netprobe.Clean(server)
		}
		out = append(out, client)
	}
	return out, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
