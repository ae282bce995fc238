package cli

import (
	"bufio"
	"fmt"
)

// stayOpen keeps a window open that would close with the program, so that its
// last words can be read: the one that Explorer opens for a double click. A
// program that was given something to do is never held up.
func (p *program) stayOpen() {
	if p.Alone == nil || len(p.Args) > 0 || !p.Alone() {
		return
	}
	fmt.Fprintln(p.Out, "\nPress enter to close this window.")
	_, _ = bufio.NewReader(p.In).ReadString('\n') // the end of the input closes it too
}
