// Prints, as JSON, how the compiler lays out llama.cpp's C interface and what the library answers for its defaults.
// The C# structs are compared with this table; nobody computes an offset by hand. Built and run by regenerate.sh.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "ggml-alloc.h"
#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "ggml-opt.h"
#include "ggml.h"
#include "gguf.h"
#include "llama.h"

#include "constants.h"
#include "enums.h"
#include "structs.h"

// JSON needs a comma before every entry of an object but its first.
static const char *separator = "";

static void open_object(const char *indent, const char *name)
{
    printf("%s\n%s\"%s\": {", separator, indent, name);
    separator = "";
}

static void close_object(const char *indent)
{
    printf("\n%s}", indent);
    separator = ",";
}

static void number(const char *indent, const char *name, long long value)
{
    printf("%s\n%s\"%s\": %lld", separator, indent, name, value);
    separator = ",";
}

// ---- sizes and offsets ----

static const char *struct_name;
static size_t covered;

static void field(const char *name, size_t offset, size_t size, size_t alignment)
{
    // A gap that padding does not explain is a field missing from structs.h.
    if (offset > covered && offset - covered >= alignment)
    {
        fprintf(stderr, "%s: a field is missing before %s\n", struct_name, name);
        exit(1);
    }

    if (offset + size > covered)
    {
        covered = offset + size;
    }

    printf("%s\n        \"%s\": { \"offset\": %zu, \"size\": %zu }", separator, name, offset, size);
    separator = ",";
}

static void check_end(size_t size, size_t alignment)
{
    if (size - covered >= alignment)
    {
        fprintf(stderr, "%s: its last field is missing\n", struct_name);
        exit(1);
    }
}

// Some of the headers' structs have a typedef and some have not; "struct name" fits all of them.
#define FIELD(f) field(#f, offsetof(T, f), sizeof(((T *)0)->f), _Alignof(__typeof__(((T *)0)->f)));
#define STRUCT(s)                                          \
    {                                                      \
        typedef struct s T;                                \
        struct_name = #s;                                  \
        covered = 0;                                       \
        open_object("    ", #s);                           \
        number("      ", "alignment", _Alignof(T));        \
        open_object("      ", "fields");                   \
        s##_FIELDS(FIELD)                                  \
        close_object("      ");                            \
        number("      ", "size", sizeof(T));               \
        close_object("    ");                              \
        check_end(sizeof(T), _Alignof(T));                 \
    }

// ---- enums and constants ----

#define MEMBER(m) number("      ", #m, (long long)m);
#define ENUM(e)                        \
    {                                  \
        open_object("    ", #e);       \
        e##_MEMBERS(MEMBER)            \
        close_object("    ");          \
    }

#define CONSTANT(c) number("    ", #c, (long long)c);

// ---- what the library answers ----

enum kind { KIND_SIGNED, KIND_UNSIGNED, KIND_BOOL, KIND_FLOAT, KIND_DOUBLE, KIND_POINTER };

static void value(const char *name, enum kind kind, const void *at, size_t size)
{
    printf("%s\n      \"%s\": ", separator, name);
    separator = ",";
    switch (kind)
    {
        case KIND_BOOL: printf("%s", *(const bool *)at ? "true" : "false"); break;
        case KIND_FLOAT: printf("%.9g", *(const float *)at); break;
        case KIND_DOUBLE: printf("%.17g", *(const double *)at); break;
        case KIND_SIGNED: printf("%lld", size == 4 ? *(const int32_t *)at : (long long)*(const int64_t *)at); break;
        case KIND_UNSIGNED: printf("%llu", size == 4 ? *(const uint32_t *)at : (unsigned long long)*(const uint64_t *)at); break;
        case KIND_POINTER:
        {
            // Addresses change from run to run; whether all bytes of a pointer, struct or array are zero does not.
            bool zero = true;
            for (size_t i = 0; i < size; i++)
            {
                zero = zero && ((const unsigned char *)at)[i] == 0;
            }
            printf("%s", zero ? "null" : "\"set\"");
            break;
        }
    }
}

#define KIND(x) _Generic((x), bool: KIND_BOOL, float: KIND_FLOAT, double: KIND_DOUBLE, \
    int32_t: KIND_SIGNED, int64_t: KIND_SIGNED, uint32_t: KIND_UNSIGNED, size_t: KIND_UNSIGNED, default: KIND_POINTER)
#define VALUE(f) value(#f, KIND(answer.f), &answer.f, sizeof(answer.f));
#define DEFAULTS(s, call)                  \
    {                                      \
        struct s answer = call;            \
        open_object("    ", #call);        \
        s##_FIELDS(VALUE)                  \
        close_object("    ");              \
    }

static void print_library(void)
{
    open_object("  ", "defaults");
    DEFAULTS(ggml_opt_optimizer_params, ggml_opt_get_default_optimizer_params(NULL))
    DEFAULTS(ggml_threadpool_params, ggml_threadpool_params_default(2))
    DEFAULTS(llama_context_params, llama_context_default_params())
    DEFAULTS(llama_model_params, llama_model_default_params())
    DEFAULTS(llama_model_quantize_params, llama_model_quantize_default_params())
    DEFAULTS(llama_sampler_chain_params, llama_sampler_chain_default_params())
    close_object("  ");
}

static void print_types(void)
{
    open_object("  ", "types");
    for (int i = 0; i < GGML_TYPE_COUNT; i++)
    {
        const struct ggml_type_traits *type = ggml_get_type_traits((enum ggml_type)i);
        // Numbers of types that were removed keep a row without a block.
        if (type->blck_size == 0)
        {
            continue;
        }

        printf("%s\n    \"%s\": { \"id\": %d, \"blockSize\": %lld, \"typeSize\": %zu, \"quantized\": %s }", separator,
               type->type_name, i, (long long)type->blck_size, type->type_size, type->is_quantized ? "true" : "false");
        separator = ",";
    }
    close_object("  ");
}

int main(void)
{
    printf("{");
    open_object("  ", "constants");
    CONSTANTS(CONSTANT)
    close_object("  ");
    print_library();
    open_object("  ", "enums");
    ENUMS(ENUM)
    close_object("  ");
    open_object("  ", "library");
    printf("\n    \"ggml_version\": \"%s\",", ggml_version());
    printf("\n    \"llama_version\": \"%s\"", llama_version());
    separator = ",";
    number("    ", "llama_max_devices", (long long)llama_max_devices());
    number("    ", "llama_max_parallel_sequences", (long long)llama_max_parallel_sequences());
    number("    ", "llama_max_tensor_buft_overrides", (long long)llama_max_tensor_buft_overrides());
    close_object("  ");
    printf(",\n  \"platform\": \"linux-x64\"");
    open_object("  ", "structs");
    STRUCTS(STRUCT)
    close_object("  ");
    print_types();
    printf("\n}\n");
    return 0;
}
