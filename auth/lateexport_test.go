package auth

import (
	"context"
	"time"
)

// Late is the context of one call.
func Late(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	return bounded(ctx, timeout)
}
