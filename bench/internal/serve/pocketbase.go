package serve

import (
	"context"
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations" // its tables
)

// pocketBase is PocketBase as it is embedded, with the settings it ships. Its
// validate is a route of the host's behind RequireAuth, for which it reads the
// user, and which answers that user.
func pocketBase(_ context.Context, cfg Config) (*program, error) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: cfg.Dir})
	end := func() error { return app.ResetBootstrapState() }
	handler, err := pocketBaseHandler(app, cfg.Users)
	if err != nil {
		return nil, errors.Join(err, end())
	}
	return &program{handler: handler, close: end}, nil
}

func pocketBaseHandler(app core.App, n int) (http.Handler, error) {
	if err := app.Bootstrap(); err != nil {
		return nil, err
	}
	if err := app.RunAllMigrations(); err != nil {
		return nil, err
	}
	collection, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return nil, err
	}
	for i := range n {
		user := core.NewRecord(collection)
		user.SetEmail(User(i))
		user.SetVerified(true)
		user.SetPassword(Password)
		user.Set("name", "John Example")
		if err := app.Save(user); err != nil {
			return nil, err
		}
	}
	router, err := apis.NewRouter(app)
	if err != nil {
		return nil, err
	}
	router.GET(validatePath, func(e *core.RequestEvent) error {
		return e.JSON(http.StatusOK, map[string]any{"success": true, "message": "Token is valid", "user": e.Auth})
	}).Bind(apis.RequireAuth())
	return router.BuildMux()
}
