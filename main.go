// Sensegate takes Qlik Sense Enterprise on Windows from reachable on the LAN to
// opened from anywhere through Microsoft Entra application proxy, in the
// documented order, and lets nobody past a step until its checks pass.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"sensegate/internal/cli"
)

// Set by the release build; go's own build information otherwise.
var (
	version = ""
	commit  = ""
)

func main() {
	os.Exit(run())
}

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return cli.Main(ctx, cli.Process{
		Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Environ: os.Environ(),
		Version: cli.Version{Number: version, Commit: commit}, Alone: cli.OwnConsole,
	})
}
