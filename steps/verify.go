package steps

import "sensegate/checks/websocket"

func verifyStep(p Ports) Step {
	return Step{
		ID: websocket.Step, Title: "Test from inside and outside", Short: "Final test",
		What:     "Qlik is opened twice, on the LAN and through application proxy: page, sign-in, session, WebSocket, engine.",
		Why:      "Each part was proved alone; this proves that they work together, and that nothing between them breaks WebSockets.",
		Seed:     "Open the external URL as the assigned user. Test the WebSocket from the internal and the external URL and compare: what fails only outside is a box in between.",
		SeedFrom: guideSource,
		Checks:   websocket.Checks(websocket.Ports{Tickets: p.Kerberos, Outside: p.Outside, Logs: p.Logs}),
		Manual: []Instruction{
			{Who: "you", Do: "Open {internal-url} in a browser on the LAN: the hub must open without a question."},
			{Who: "you", Do: "Open {external-url} on a phone without VPN, sign in as {test-user}: the hub must open, and an app must show its charts."},
		},
	}
}
