package x_test

import _ "github.com/sallyport-go/sallyport/auth"
import _ "github.com/jackc/pgx/v5/stdlib"
import _ "github.com/go-sql-driver/mysql"
import _ "modernc.org/sqlite"
import _ "golang.org/x/term"
import _ "github.com/stretchr/testify/require"
