module github.com/sallyport-go/sallyport/examples/browser

go 1.26.0

require (
	github.com/go-rod/rod v0.116.2
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/ysmood/fetchup v0.2.3 // indirect
	github.com/ysmood/goob v0.4.0 // indirect
	github.com/ysmood/got v0.40.0 // indirect
	github.com/ysmood/gson v0.7.3 // indirect
	github.com/ysmood/leakless v0.9.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)
