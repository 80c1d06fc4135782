// Package josetest holds auth/token to two other implementations of JWT,
// lestrrat-go/jwx and golang-jwt. It is a module of its own, so that no importer
// of the library has the second one in its module graph.
package josetest
