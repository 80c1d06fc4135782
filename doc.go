// Package sallyport is an embeddable authentication library for Go servers.
package sallyport
