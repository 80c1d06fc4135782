module github.com/sallyport-go/sallyport/tools/mutate

go 1.26.0
