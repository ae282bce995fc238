package ui

// The smallest window that is drawn in.
const (
	minWidth  = 60
	minHeight = 16
)

// railWidth is the rail with its margin; bodies begin at this column.
const railWidth = 22

// maxText is the widest that running text gets, for the eye's sake.
const maxText = 100

// frame is where things are on the screen.
type frame struct {
	w, h int
	// small says that nothing but a sentence fits.
	small bool
	// compact says that there is no room for the rail.
	compact bool
	// rows is the height between the two rules.
	rows int
	// left is where the body of a step begins, and body how wide it is.
	left, body int
	// full is how wide text is on a page without a rail.
	full int
}

// layout divides a window of w by h cells. A terminal that does not tell its
// size is taken for 80 by 24.
func layout(w, h int) frame {
	if w <= 0 || h <= 0 {
		w, h = 80, 24
	}
	f := frame{w: w, h: h, small: w < minWidth || h < minHeight}
	f.compact = w < 76
	f.rows = max(h-4, 1)
	f.left = railWidth
	if f.compact {
		f.left = 1
	}
	f.body = min(max(w-f.left-1, 1), maxText)
	f.full = min(max(w-4, 1), maxText)
	return f
}
