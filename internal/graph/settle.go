package graph

import (
	"context"
	"fmt"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// settlePatience bounds how long a change may take to show unless the site says
// otherwise: Graph's replicas may need minutes after an object was made.
const settlePatience = 3 * time.Minute

func (c *Client) patience() time.Duration {
	if p := c.site.Entra.Patience; p > 0 {
		return p
	}
	return settlePatience
}

// settle repeats try until it says that it is done, with growing pauses. An
// object that is not found is taken for one that is not on every replica yet.
// When the patience ends the error says which of the two it was.
func (w *Writer) settle(ctx context.Context, op string, try func(context.Context) (done bool, err error)) error {
	patience := w.client.patience()
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	pause := 50 * time.Millisecond
	for {
		done, err := try(bounded)
		if done && err == nil {
			return nil
		}
		if err != nil && !isNotFound(err) && bounded.Err() == nil {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-bounded.Done():
			timer.Stop()
			if ctx.Err() != nil {
				return netprobe.Classify(graphSystem, op, ctx.Err())
			}
			return outwaited(op, patience, err)
		}
		pause = min(pause*3/2, 5*time.Second)
	}
}

// outwaited says that something written does not show though it was waited for.
func outwaited(op string, patience time.Duration, last error) error {
	e := &fact.Error{
		Kind: fact.TimedOut, System: graphSystem, Op: op, About: fact.NotShown,
		Text: fmt.Sprintf("it was written and accepted, and for %s every read has shown the state before", patience.Round(time.Second)),
	}
	if isNotFound(last) {
		e.About, e.Err = fact.NotReadable, last
		e.Text = fmt.Sprintf("it was made, and for %s every read has answered that it is not there", patience.Round(time.Second))
	}
	return e
}
