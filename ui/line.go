package ui

import (
	"context"
	"errors"
)

func runLines(_ context.Context, _ Config) error { return errors.New("not yet") }
