package httpadapter

import (
	"maps"
	"slices"
)

// Routes lists what h answers, as "METHOD /path" below the prefix.
func (h *Handler) Routes() []string { return slices.Sorted(maps.Keys(h.routes)) }
