// Package sallyport is an embeddable authentication library for Go servers.
// A server that exists already imports it, keeps its own users table, and gets
// login, validation, logout that ends the token, role gates, and endpoints that
// show administrators the provider credentials in use, masked.
//
// This package holds no code. The example below is the whole wiring; its
// pieces are
//
//   - auth: the contracts and the Service that logs people in and out
//   - auth/token: tokens as JWT, with key rotation
//   - auth/password: password hashing within bounds, and the password policy
//   - store/memory, store/sql: users, sessions and throttle; package store says
//     how to write another, and store/storetest checks it
//   - httpadapter: the endpoints and the middleware for net/http
//   - credentials: AWS Bedrock, NVIDIA and others like them
//   - auth/authtest: for the tests of handlers that are guarded
package sallyport
