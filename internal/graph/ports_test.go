package graph_test

import (
	"sensegate/checks/access"
	"sensegate/checks/application"
	"sensegate/checks/connector"
	"sensegate/checks/delegation"
	"sensegate/checks/sso"
	"sensegate/checks/sync"
	"sensegate/checks/websocket"
	"sensegate/internal/graph"
	"sensegate/steps"
)

// What the checks and the steps ask for is answered here.
var (
	_ access.Entra      = (*graph.Client)(nil)
	_ sync.Entra        = (*graph.Client)(nil)
	_ connector.Entra   = (*graph.Client)(nil)
	_ application.Entra = (*graph.Client)(nil)
	_ delegation.Entra  = (*graph.Client)(nil)
	_ sso.Entra         = (*graph.Client)(nil)
	_ websocket.Outside = (*graph.Outside)(nil)
	_ steps.GraphWriter = (*graph.Writer)(nil)
)
