// Repeats the calls of an engine, one after the other, with nothing of its code: reads them from standard input and answers on
// standard output. All numbers are 32-bit integers in the machine's byte order, logits 32-bit floats.
//
//   1 n, n x (token position sequence wants)   llama_decode     -> its result, and if it is 0 the logits of each row that wants them
//   2 sequence from to                         llama_memory_seq_rm
//   3 source destination from to               llama_memory_seq_cp
//   4                                          llama_memory_clear
//   5 sequence                                 llama_state_seq_get_data_ext  -> its size and the bytes, which are also kept
//   6 sequence number                          llama_state_seq_set_data_ext of what was kept as that number, counted from 0  -> 1, or 0
//
// The first answer is the size of the vocabulary. It ends with its input.
//
//   replay MODEL LIBRARIES CELLS BATCH SEQUENCES THREADS TYPE FLASH
//
// TYPE is the ggml_type of keys and values, FLASH the llama_flash_attn_type.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ggml-backend.h"
#include "llama.h"

struct state {
    uint8_t * data;
    size_t    size;
};

static void fail(const char * what) {
    fprintf(stderr, "replay: %s\n", what);
    exit(1);
}

static void * allocate(size_t size) {
    void * memory = malloc(size);
    if (memory == NULL) {
        fail("out of memory");
    }
    return memory;
}

static int32_t read_number(void) {
    int32_t value;
    if (fread(&value, sizeof value, 1, stdin) != 1) {
        fail("the input ends within a call");
    }
    return value;
}

static void answer(const void * data, size_t size) {
    if (fwrite(data, 1, size, stdout) != size) {
        fail("the answer cannot be written");
    }
}

static void answer_number(int32_t value) {
    answer(&value, sizeof value);
}

static void decode(struct llama_context * context, int32_t vocabulary) {
    const int32_t rows = read_number();
    if (rows < 1 || rows > (int32_t) llama_n_batch(context)) {
        fail("a batch has a wrong number of rows");
    }
    struct llama_batch batch = llama_batch_init(rows, 0, 1);
    batch.n_tokens = rows;
    for (int32_t i = 0; i < rows; i++) {
        batch.token[i]     = read_number();
        batch.pos[i]       = read_number();
        batch.n_seq_id[i]  = 1;
        batch.seq_id[i][0] = read_number();
        batch.logits[i]    = (int8_t) read_number();
    }
    const int32_t result = llama_decode(context, batch);
    answer_number(result);
    for (int32_t i = 0; i < rows && result == 0; i++) {
        if (batch.logits[i]) {
            answer(llama_get_logits_ith(context, i), (size_t) vocabulary * sizeof(float));
        }
    }
    llama_batch_free(batch);
}

static struct state save(struct llama_context * context, int32_t sequence) {
    struct state state;
    state.size = llama_state_seq_get_size_ext(context, sequence, 0);
    state.data = allocate(state.size);
    if (llama_state_seq_get_data_ext(context, state.data, state.size, sequence, 0) != state.size) {
        fail("a state cannot be read");
    }
    answer_number((int32_t) state.size);
    answer(state.data, state.size);
    return state;
}

int main(int count, char ** arguments) {
    if (count != 9) {
        fail("usage: replay MODEL LIBRARIES CELLS BATCH SEQUENCES THREADS TYPE FLASH");
    }
    ggml_backend_load_all_from_path(arguments[2]);
    llama_backend_init();
    struct llama_model_params model_parameters = llama_model_default_params();
    model_parameters.n_gpu_layers = 0;
    struct llama_model * model = llama_model_load_from_file(arguments[1], model_parameters);
    if (model == NULL) {
        fail("the model cannot be loaded");
    }
    struct llama_context_params parameters = llama_context_default_params();
    parameters.n_ctx           = (uint32_t) atoi(arguments[3]);
    parameters.n_batch         = (uint32_t) atoi(arguments[4]);
    parameters.n_ubatch        = parameters.n_batch;
    parameters.n_seq_max       = (uint32_t) atoi(arguments[5]);
    parameters.n_outputs_max   = parameters.n_seq_max;
    parameters.n_threads       = atoi(arguments[6]);
    parameters.n_threads_batch = parameters.n_threads;
    parameters.type_k          = (enum ggml_type) atoi(arguments[7]);
    parameters.type_v          = parameters.type_k;
    parameters.flash_attn_type = (enum llama_flash_attn_type) atoi(arguments[8]);
    parameters.kv_unified      = true;
    struct llama_context * context = llama_init_from_model(model, parameters);
    if (context == NULL) {
        fail("the context cannot be made");
    }

    const llama_memory_t memory     = llama_get_memory(context);
    const int32_t        vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
    struct state *       states     = NULL;
    int32_t              kept       = 0;
    answer_number(vocabulary);
    fflush(stdout);

    int32_t call;
    while (fread(&call, sizeof call, 1, stdin) == 1) {
        switch (call) {
            case 1:
                decode(context, vocabulary);
                break;
            case 2: {
                const int32_t sequence = read_number(), from = read_number(), to = read_number();
                llama_memory_seq_rm(memory, sequence, from, to);
                break;
            }
            case 3: {
                const int32_t source = read_number(), destination = read_number(), from = read_number(), to = read_number();
                llama_memory_seq_cp(memory, source, destination, from, to);
                break;
            }
            case 4:
                llama_memory_clear(memory, false);
                break;
            case 5: {
                struct state * more = allocate((size_t) (kept + 1) * sizeof *more);
                if (kept > 0) {
                    memcpy(more, states, (size_t) kept * sizeof *more);
                }
                free(states);
                states = more;
                states[kept++] = save(context, read_number());
                break;
            }
            case 6: {
                const int32_t sequence = read_number(), number = read_number();
                if (number < 0 || number >= kept) {
                    fail("no state was kept as that number");
                }
                answer_number(llama_state_seq_set_data_ext(context, states[number].data, states[number].size, sequence, 0) == states[number].size);
                break;
            }
            default:
                fail("there is no such call");
        }
        fflush(stdout);
    }

    while (kept > 0) {
        free(states[--kept].data);
    }
    free(states);
    llama_free(context);
    llama_model_free(model);
    llama_backend_free();
    return 0;
}
