package main

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/sql"
)

// checkStore sees that the database answers.
func checkStore(ctx context.Context, p *patient) []finding {
	if p.missing != nil {
		return wrong("run authctl migrate, or name another file with -db or SALLYPORT_DB", "%v", p.missing)
	}
	if p.SQL == nil {
		return nil
	}
	if err := p.DB.PingContext(ctx); err != nil {
		remedy := "see that it runs, and that -db or SALLYPORT_DB names it"
		if p.Dialect == sqlstore.SQLite {
			remedy = "see that -db or SALLYPORT_DB names the file, and that this user can write it and its directory"
		}
		return wrong(remedy, "the database cannot be reached: %v", err)
	}
	return nil
}

// checkTables sees that no migration is due, and that users can be read.
func checkTables(ctx context.Context, p *patient) []finding {
	due, err := p.Due(ctx)
	if err == nil && due != "" {
		return wrong(migrateRemedy, "migration due: %s", due)
	}
	if err == nil {
		_, err = p.Users.AccountByLogin(ctx, "admin")
	}
	if err != nil && !errors.Is(err, auth.ErrUserNotFound) {
		return wrong("let this database user read and write the tables", "they cannot be read: %v", err)
	}
	return nil
}

// tolerance is how far clocks may differ: tokens and cookies count in seconds.
const tolerance = 2 * time.Second

// checkClock compares the clock of the database, which windows of failed logins
// are on, with this one.
func checkClock(ctx context.Context, p *patient) []finding {
	skew, err := p.Skew(ctx)
	return skewed("the database", skew, err)
}

func skewed(what string, skew time.Duration, err error) []finding {
	switch {
	case err != nil:
		return wrong("see that it answers", "%s does not tell the time: %v", what, err)
	case skew.Abs() <= tolerance:
		return nil
	case skew < 0:
		return wrong("keep both clocks by NTP", "that of %s is %v behind the one here", what, -skew.Round(time.Second/10))
	}
	return wrong("keep both clocks by NTP", "that of %s is %v ahead of the one here", what, skew.Round(time.Second/10))
}

// checkSessions looks at the Redis that has them, if one does.
func checkSessions(ctx context.Context, p *patient) []finding {
	policy, err := p.SessionsPolicy(ctx)
	switch {
	case err != nil:
		return wrong("see that it runs, and that -sessions or SALLYPORT_SESSIONS names it", "the Redis cannot be asked: %v", err)
	case policy != "" && policy != "noeviction":
		return wrong("set noeviction, or a full Redis logs people out", "maxmemory-policy is %q", policy)
	}
	skew, err := p.SessionsSkew(ctx)
	return skewed("the Redis", skew, err)
}

// checkTLS asks what the network between people and servers sees. That a proxy
// is trusted is taken for one that ends TLS.
func checkTLS(_ context.Context, p *patient) []finding {
	local := loopback(p.addr)
	switch {
	case p.insecureHTTP && p.cookie && !local:
		return wrong("drop InsecureHTTP, and put a proxy with TLS before the servers", "the cookie is not Secure, and servers listen on %s: whoever is on the way takes it", p.addr)
	case !local && len(p.proxies) == 0 && p.cookie:
		return wrong("put a proxy with TLS before them and name it with -trusted-proxies, there and here, or listen on 127.0.0.1",
			"servers listen on %s without TLS: browsers keep no Secure cookie from there, and passwords cross the network as they are", p.addr)
	case !local && len(p.proxies) == 0:
		return wrong("put a proxy with TLS before them and name it with -trusted-proxies, there and here, or listen on 127.0.0.1",
			"servers listen on %s without TLS: passwords and tokens cross the network as they are", p.addr)
	case p.insecureHTTP && p.cookie:
		return []finding{{Level: warning, Text: "the cookie is not Secure", Remedy: "drop InsecureHTTP anywhere but in development"}}
	}
	return nil
}

// loopback reports whether an address to listen on is of this machine alone.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// proxyDays is how long a server's complaint is heard: it makes one a start.
const proxyDays = 7

// checkProxies looks for what servers have said of forwarded headers.
func checkProxies(ctx context.Context, p *patient) []finding {
	if len(p.proxies) > 0 {
		return nil
	}
	events, err := p.SQL.Events(ctx, sqlstore.EventFilter{Kind: auth.EventProxyUnset, Since: time.Now().AddDate(0, 0, -proxyDays), Limit: 1})
	if err != nil {
		return wrong("let this database user read the audit table", "the record cannot be read: %v", err)
	}
	if len(events) == 0 {
		return nil
	}
	return wrong("give the servers -trusted-proxies, and doctor too", "on %s a server was sent forwarded headers by %s and trusts no proxy: limits count the proxy, and one guesser shuts everybody out",
		events[0].Time.UTC().Format(time.DateOnly), events[0].Remote)
}

// passwordOf is that of a DSN, or "".
func passwordOf(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return ""
	}
	password, _ := u.User.Password()
	return password
}
