// Package redisstore keeps sessions and throttle in Redis.
package redisstore
