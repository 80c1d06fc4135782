FUZZTIME ?= 30s
PLAN_ROWS ?= 1000000

.PHONY: help
help: ## list what there is
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: run
run: ## start the quickstart on SQLite
	go run ./examples/quickstart

.PHONY: test
test: ## run the tests that need no server
	go test work

.PHONY: ci
ci: ## run all that CI runs; needs PostgreSQL, MariaDB and Redis on loopback
	bash .ci/run

.PHONY: plans
plans: ## have every hot query explained with PLAN_ROWS rows in each table
	SALLYPORT_TEST_ROWS=$(PLAN_ROWS) go test -count=1 -run TestPlans -timeout 60m -v ./store/sql/drivertest

.PHONY: test-jwx3
test-jwx3: ## run the token tests with jwx v3 in place of v2
	GOWORK=off go test -overlay auth/token/testdata/jwx3.overlay.json -modfile=go.jwx3.mod ./auth/...

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME
	@for dir in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
		for target in $$(cd $$dir && go test -list '^Fuzz' . | grep '^Fuzz'); do \
			echo "$$dir $$target"; \
			out=$$(mktemp); (cd $$dir && go test -toolexec $(CURDIR)/.ci/count-ours -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) . ) > $$out 2>&1 || { cat $$out; exit 1; }; \
			grep "^fuzz: elapsed" $$out | tail -n 1; rm -f $$out; \
		done; \
	done

.PHONY: mutate
mutate: ## say which small changes of auth, auth/token and auth/password no test notices; takes an hour
	GOWORK=off go run -C tools/mutate . -root ../.. -equivalent equivalent.txt -dependents=false \
		-skip '^Test(TheTimeOf|Failing.*CostTheSame|AnEarlyReturn)' auth/token auth/password auth

.PHONY: bench
bench: ## measure side by side with others and write docs/performance.md; takes a quarter of an hour
	GOWORK=off go -C bench run . -docs ../docs

.PHONY: bench-smoke
bench-smoke: ## see that bench still runs
	GOWORK=off go -C bench run . -smoke

.PHONY: fmt
fmt: ## format
	gofmt -w .
